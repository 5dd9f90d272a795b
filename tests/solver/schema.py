# SPDX-License-Identifier: Apache-2.0
"""schema.py SCHEMA CASES: each line of CASES is "good" or "bad" and a problem;
the schema must say the same of it."""
import json
import sys

import jsonschema

with open(sys.argv[1]) as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = 0
with open(sys.argv[2]) as f:
    for line in f:
        said, text = line.split(" ", 1)
        if validator.is_valid(json.loads(text)) != (said == "good"):
            print(f"the schema does not find it {said}: {text}")
            wrong += 1
sys.exit(wrong > 0)
