"""One gradient over data on the workers of a local Dask cluster: elapsed time against that of one process.

``python benchmarks/scaling.py [--rows 20000] [--rounds 7]`` prints a Markdown table.  Every worker is one process with one
thread and holds the shards that were sent to it once; the function is sent once, too, and compiled by each worker at its first
call.
The processes take turns, so that whatever else the machine does meets all of them.
"""

import argparse
import logging
import math
import operator
import pickle
import statistics
import time

import numpy as np
from distributed import Client, LocalCluster

import sct

SHARDS = 4
WORKERS = (1, 2)


def loss(w, X, y):
    """The negative logarithm of the likelihood of a logistic regression, one element after the other."""
    total = 0.0
    for i in range(len(y)):
        z = 0.0
        for j in range(len(w)):
            z += X[i, j] * w[j]
        total += math.log(1.0 + math.exp(-y[i] * z))
    return total


def added(parts):
    """The sum of values and gradients, taken where they are."""
    values, slopes = zip(*parts, strict=True)
    return sum(values), sum(slopes)


def elapsed(step):
    """What one call of ``step`` returns, and its seconds."""
    start = time.perf_counter()
    result = step()
    return result, time.perf_counter() - start


def on_workers(client, value_and_slope, shards, w):
    """One step on the workers of ``client``, their data and the function already there."""
    workers = list(client.scheduler_info()["workers"])
    gradient = client.scatter(value_and_slope, broadcast=True)
    data = [client.scatter(list(shard), workers=workers[k % len(workers)]) for k, shard in enumerate(shards)]

    def step():
        parts = [client.submit(operator.call, gradient, w, *shard, pure=False) for shard in data]
        return client.submit(added, parts, pure=False).result()
    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the data (default: 20000)")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (default: 7)")
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # what the cluster says when it is closed
    rng = np.random.default_rng(0)
    X, w = rng.standard_normal((options.rows, 20)), rng.standard_normal(20)
    y = np.sign(X @ rng.standard_normal(20))
    shards = list(zip(np.array_split(X, SHARDS), np.array_split(y, SHARDS), strict=True))
    value_and_slope = sct.value_and_grad(loss)
    steps = {"one process, without Dask": lambda: value_and_slope(w, X, y)}
    clusters = [LocalCluster(n_workers=n, threads_per_worker=1, dashboard_address=":0") for n in WORKERS]
    clients = [Client(cluster) for cluster in clusters]
    for n, client in zip(WORKERS, clients, strict=True):
        client.wait_for_workers(n)
        steps[f"{n} worker{'s' * (n > 1)}"] = on_workers(client, value_and_slope, shards, w)
    first = {name: elapsed(step) for name, step in steps.items()}
    (value, slope), _ = first["one process, without Dask"]
    for (other, its_slope), _ in first.values():
        assert math.isclose(value, other, rel_tol=1e-12) and np.allclose(slope, its_slope, rtol=1e-10)
    times = {name: [] for name in steps}
    for _ in range(options.rounds):
        for name, step in steps.items():
            times[name].append(elapsed(step)[1])
    alone = statistics.median(times["one process, without Dask"])
    print(f"{options.rows:,} rows in {SHARDS} shards; {len(pickle.dumps(value_and_slope)):,} bytes are sent for the function\n")
    print("| | first gradient | each further one | times as fast as one process |\n|---|---:|---:|---:|")
    for name in steps:
        one = statistics.median(times[name])
        print(f"| {name} | {first[name][1] * 1e3:.0f} ms | {one * 1e3:.0f} ms | {alone / one:.2f} |")
    for client, cluster in zip(clients, clusters, strict=True):
        client.close()
        cluster.close()


if __name__ == "__main__":  # the workers are processes that import this file
    main()
