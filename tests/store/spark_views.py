"""Have Spark, as a cluster of two workers on this machine, answer all views over a store; print them as JSON.

    python spark_views.py STORE < PROGRAM

PROGRAM makes the views with `spark`: it is that of docs/store.md.
"""

import json
import os
import sys
from contextlib import redirect_stdout

from pyspark.sql import SparkSession

from sqmail_report.store import views

# Small data: what is saved in compiling is more than what is lost in running.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": _JAVA,
    "spark.executor.extraJavaOptions": _JAVA,
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
WORKERS = 2


def main(store):
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master(f"local-cluster[{WORKERS},1,1024]")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        with redirect_stdout(sys.stderr):
            exec(sys.stdin.read().replace("/srv/mail/store", store), {})
        answers = {view: [row.asDict() for row in spark.table(view).collect()] for view in views.names()}
        asked = spark.sql("SELECT count(*) AS n FROM deliveries WHERE host = 'mx1' AND day >= DATE '2026-01-01'").first()
        executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
        json.dump({"executors": executors, "asked": asked["n"], "views": answers}, sys.stdout, default=str)
    finally:
        spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
