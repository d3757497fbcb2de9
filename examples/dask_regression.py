"""A regression whose data lies on the workers of a Dask cluster: each sends back the gradient of its own shard."""

import operator

import numpy as np
from distributed import Client, LocalCluster

import sct
from sct.data import diabetes


def loss(w, X, y):
    """The sum of squares; a sum over shards is a sum of their losses, and so is its gradient."""
    return 0.5 * np.sum((X @ w - y) ** 2)


def added(parts):
    """The sum of values and gradients, taken where they are."""
    values, slopes = zip(*parts, strict=True)
    return sum(values), sum(slopes)


def main():
    measurements, y, _ = diabetes()
    X = np.column_stack([np.ones(len(y)), (measurements - measurements.mean(axis=0)) / measurements.std(axis=0)])
    shards = list(zip(np.array_split(X, 4), np.array_split(y, 4), strict=True))
    value_and_slope = sct.value_and_grad(loss)

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.wait_for_workers(2)
        gradient = client.scatter(value_and_slope, broadcast=True)  # shipped once, and compiled once by each worker
        workers = {*client.who_has(gradient)[gradient.key]}
        data = [[client.scatter(part) for part in shard] for shard in shards]

        def total(w):
            parts = [client.submit(operator.call, gradient, w, *shard, pure=False) for shard in data]
            return client.submit(added, parts, pure=False).result()

        value, slope = total(np.zeros(X.shape[1]))
        everything = value_and_slope(np.zeros(X.shape[1]), X, y)
        assert np.isclose(value, everything[0], rtol=1e-13) and np.allclose(slope, everything[1], rtol=1e-12, atol=1e-9)

        w, step = np.zeros(X.shape[1]), 1.0 / np.linalg.eigvalsh(X.T @ X).max()
        momentum = np.zeros_like(w)
        for _ in range(60):
            value, slope = total(w)
            momentum = 0.8 * momentum - step * slope
            w = w + momentum

    best = 0.5 * np.linalg.lstsq(X, y, rcond=None)[1][0]
    print(f"{len(workers)} workers, loss {value:.2f}, the least possible {best:.2f}")
    assert len(workers) == 2 and best <= value < 1.01 * best


if __name__ == "__main__":  # the workers are processes that import this file
    main()
