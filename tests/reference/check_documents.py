#!/usr/bin/env python3
"""Asks the package jsonschema about documents that our grammar let through:
    QWILL_GRAMMAR_DOCUMENTS=documents.jsonl build/release/bin/test_sample -tc='randomSchemas*'
    python3 tests/reference/check_documents.py documents.jsonl      (needs the package jsonschema)"""
import json
import sys

import jsonschema

bad = count = 0
for line in open(sys.argv[1]):
    pair = json.loads(line)
    count += 1
    jsonschema.Draft202012Validator.check_schema(pair["schema"])
    try:
        jsonschema.validate(json.loads(pair["document"]), pair["schema"], cls=jsonschema.Draft202012Validator)
    except (ValueError, jsonschema.ValidationError) as error:
        bad += 1
        print(pair["document"][:200], "\n does not fit ", json.dumps(pair["schema"])[:400], "\n ", str(error)[:300])
print(count, "documents,", bad, "of them invalid")
sys.exit(bad > 0 or count == 0)
