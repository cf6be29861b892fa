import sys
from pathlib import Path

# An extension's directory is on the import path when it runs; so it is here.
sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]
