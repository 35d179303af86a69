import sys

from slipway_entry.main import main

if __name__ == "__main__":
    sys.exit(main())
