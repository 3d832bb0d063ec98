"""The database's migrations: numbered plain SQL, forward only, applied in order by `rsc migrate`."""

from pathlib import Path
from typing import Final

MIGRATIONS_DIR: Final = Path(__file__).resolve().parent
