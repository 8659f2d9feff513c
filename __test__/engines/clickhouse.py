"""Runs a list of statements, JSON on standard input, with ClickHouse: the rows of each, as JSON."""

import json
import sys

from chdb import session

clickhouse = session.Session()
clickhouse.query("CREATE DATABASE exports")
clickhouse.query("USE exports")


def rows(statement):
    lines = str(clickhouse.query(statement, "JSONEachRow")).splitlines()
    return [json.loads(line) for line in lines if line]


json.dump([rows(statement) for statement in json.load(sys.stdin)], sys.stdout)
