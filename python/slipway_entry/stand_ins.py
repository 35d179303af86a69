"""What our stand-ins for Azure's packages find of this process."""

from typing import Optional

from slipway_entry.collector import Collector

#: None in processes that the script starts itself.
collector: Optional[Collector] = None
