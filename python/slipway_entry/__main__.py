import sys

if __name__ == "__main__":
    # Python puts the current directory before its own modules, where an email.py of the script
    # would hide the real one. The app root comes back, behind them.
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]

    from slipway_entry.main import main

    sys.exit(main())
