"""Answers one query with ClickHouse, a row of JSON a line."""

import sys

import chdb

print(chdb.query(sys.argv[1], "JSONEachRow"), end="")
