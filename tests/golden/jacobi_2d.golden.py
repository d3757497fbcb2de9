# jacobi_2d_value_and_grad, specialised for u0: float64[:, :], f: float64[:, :], steps: int
def jacobi_2d_value_and_grad(u0, f, steps):
    u = u0.copy()
    v = u0.copy()
    h2 = 1.0 / (u.shape[0] - 1) ** 2
    for _ in range(steps):
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h2 * f[1:-1, 1:-1])
        u, v = v, u
    value = np.sum(u * u)
    # reverse sweep
    # 24: return np.sum(u * u)
    v_bar = 2.0 * u
    # 21: for _ in range(steps):
    u_bar = np.zeros_like(v)
    f_bar = np.zeros_like(f)
    for _ in range(steps):
        # 22: v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h2 * f[1:-1, 1:- …
        product = 0.25 * v_bar[1:-1, 1:-1]
        v_bar[1:-1, 1:-1] = 0.0
        f_bar[1:-1, 1:-1] += unbroadcast(-product, f[1:-1, 1:-1]) * h2
        u_bar[1:-1, 2:] += product
        u_bar[1:-1, :-2] += product
        u_bar[2:, 1:-1] += product
        u_bar[:-2, 1:-1] += product
        v_bar, u_bar = u_bar, v_bar
    # 18: u = u0.copy()
    u0_bar = u_bar + v_bar
    return value, (u0_bar, f_bar)
