"""Order, fan-out and names; no row is touched here."""

import os

# Read by Prefect when it is imported: its own server may take longer than the 20 s it allows itself on a loaded
# machine, and nothing is reported to anyone.
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
