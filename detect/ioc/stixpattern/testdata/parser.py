"""Asks the reference parser about the patterns on standard input, one JSON
string a line: true or false, whether it reads each.
"""

import json
import sys

from stix2patterns.v21.pattern import ParseException, Pattern

for line in sys.stdin:
    try:
        Pattern(json.loads(line))
        answer = "true"
    except ParseException:
        answer = "false"
    print(answer, flush=True)
