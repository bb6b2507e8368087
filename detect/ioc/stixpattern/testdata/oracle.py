"""Asks the reference matcher about the cases on standard input.

Each line is {"pattern": ..., "bundle": ...}; the answer is a line with
true, false, or why there is none.
"""

import io
import json
import sys
from contextlib import redirect_stdout

from stix2matcher.matcher import match

for line in sys.stdin:
    case = json.loads(line)
    try:
        with redirect_stdout(io.StringIO()):
            found = match(case["pattern"], [case["bundle"]], stix_version="2.1")
        answer = "true" if found else "false"
    except Exception as e:  # whatever it is, there is no answer
        answer = type(e).__name__ + ": " + str(e).replace("\n", " ")
    print(answer, flush=True)
