"""Asks chDB or DuckDB what the bench asks dwell.

    archivepeers.py ENGINE TASK ARCHIVE STORE INDICATORS

chDB has the events in MergeTree tables in STORE, made of the archive's Parquet
files by the task "make"; DuckDB asks the Parquet files themselves. The task
"nothing" is what beginning takes. The answer's size goes to standard output.
"""
import glob
import sys

engine, task, archive, store, indicators = sys.argv[1:6]
DATASETS = sorted({p.split("dataset=")[1].split("/")[0] for p in glob.glob(archive + "/dataset=*")})
WINDOWS = [d for d in DATASETS if d.startswith("windows.")]
# The columns that name an indicator, by dataset.
NAMED = {
    "windows.sysmon_operational": ["DestinationIp", "QueryName", "replaceOne(Hashes,'SHA256=','')"],
    "windows.security": ["DestAddress"],
    "zeek.conn": ['"id.resp_h"'],
    "zeek.dns": ["query"],
    "zeek.ssl": ["server_name", '"id.resp_h"'],
    "squid.access": ["url"],
}
TIME, HOST = '"_time"', '"_host"'


def table(dataset):
    if engine == "chdb":
        return '"' + dataset + '"'
    return f"read_parquet('{archive}/dataset={dataset}/*/*.parquet', union_by_name=true)"


def substring(pattern):
    return [f"SELECT count(*) FROM {table(d)} WHERE CommandLine ILIKE '%{pattern}%'" for d in WINDOWS]


def seen():
    known = "(SELECT value FROM indicators)"
    for d, columns in NAMED.items():
        if d in DATASETS:
            for c in columns:
                if engine == "duckdb":
                    c = c.replace("replaceOne", "replace")
                yield f"SELECT {c} v, min({TIME}), max({TIME}), count(*) FROM {table(d)} WHERE {c} IN {known} GROUP BY v"


def days():
    for d in WINDOWS:
        day = f"toDate({TIME})" if engine == "chdb" else f"CAST({TIME} AS DATE)"
        yield f"SELECT {HOST}, {day} d, min({TIME}), max({TIME}) FROM {table(d)} GROUP BY {HOST}, d"


def make():
    for d in DATASETS:
        yield (
            f"CREATE TABLE {table(d)} ENGINE = MergeTree ORDER BY ({HOST}, {TIME}) SETTINGS allow_nullable_key = 1 AS "
            f"SELECT * FROM file('{archive}/dataset={d}/*/*.parquet', Parquet)"
        )


QUERIES = {"nothing": lambda: ["SELECT 1"], "substring": lambda: substring("certutil -url"), "seen": seen, "days": days, "make": make}


def main():
    if engine == "chdb":
        from chdb import session

        s = session.Session(store)
        s.query("SET schema_inference_make_columns_nullable = 1, max_threads = 2")
        if task == "seen":
            s.query(f"CREATE TEMPORARY TABLE indicators AS SELECT value FROM file('{indicators}', CSVWithNames)")
        for q in QUERIES[task]():
            print(len(str(s.query(q, "TSV")).splitlines()))
        s.close()
        return
    import duckdb

    c = duckdb.connect(config={"threads": 2})
    c.execute("SET enable_progress_bar = false")
    if task == "seen":
        c.execute(f"CREATE TABLE indicators AS SELECT value FROM read_csv('{indicators}')")
    for q in QUERIES[task]():
        print(len(c.execute(q).fetchall()))


main()
