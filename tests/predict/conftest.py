import sys
from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="predictions need the extra `predict`")
sys.path.insert(0, str(Path(__file__).parent))
