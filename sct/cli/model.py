"""The model of the demo: Huber's loss of a linear regression as one would write it on paper; plain code, no annotations."""


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)


def loss(w, X, y, delta):
    pred = X @ w
    error = 0.0
    for i in range(len(y)):
        error += huber(y[i] - pred[i], delta)
    return error / len(y)
