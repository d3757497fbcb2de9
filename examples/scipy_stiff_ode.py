"""Robertson's chemical reaction, a stiff system of which implicit methods need the Jacobian."""

import numpy as np
from scipy.integrate import odeint, solve_ivp

import sct


def robertson(t, y, slow, fast, faster):
    a, b, c = y
    forth, back, on = slow * a, fast * b * c, faster * b * b
    return np.array([back - forth, forth - back - on, on])


def by_hand(t, y, slow, fast, faster):
    _, b, c = y
    return np.array([[-slow, fast * c, fast * b],
                     [slow, -fast * c - 2.0 * faster * b, -fast * b],
                     [0.0, 2.0 * faster * b, 0.0]])


calls = 0


def counted(t, y, *rates):
    global calls
    calls += 1
    return robertson(t, y, *rates)


rates = 0.04, 1e4, 3e7
jacobian = sct.jacrev(robertson, "y")
until = 4e5
for method in ("BDF", "Radau", "LSODA"):
    runs, values = [], []
    for jac in (None, jacobian, by_hand):
        calls = 0
        runs.append(solve_ivp(counted, (0, until), [1, 0, 0], jac=jac, method=method, args=rates, rtol=1e-7, atol=1e-12))
        values.append(calls)
    _, ours, hand = runs
    print(f"{method:6} {len(ours.t)} steps, {ours.njev} Jacobians, {values[1]} values; {values[0]} with differences")
    assert values[1] == values[2] < values[0] and (len(ours.t), ours.njev) == (len(hand.t), hand.njev)
    assert np.allclose(ours.y, hand.y, rtol=1e-9, atol=1e-15)
    assert abs(ours.y[0, -1] / 4.9383e-3 - 1.0) < 1e-3

again = odeint(robertson, [1, 0, 0], [0.0, until], args=rates, Dfun=jacobian, tfirst=True, rtol=1e-8, atol=1e-13, mxstep=5000)
assert np.allclose(again[-1], ours.y[:, -1], rtol=1e-4)
print("at t = 4e5:", again[-1])
