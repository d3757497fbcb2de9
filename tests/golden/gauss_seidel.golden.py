# gauss_seidel_value_and_grad, specialised for u: float64[:, :], f: float64[:, :], sweeps: int
def gauss_seidel_value_and_grad(u, f, sweeps):
    u = np.copy(u)
    n = u.shape[0]
    n_minus_1 = n - 1
    h2 = 1.0 / n_minus_1 ** 2
    for _ in range(sweeps):
        for i in range(1, n_minus_1):
            for j in range(1, n_minus_1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h2 * f[i, j])
    value = np.sum(u * u)
    # reverse sweep
    # 81: return np.sum(u * u)
    u_bar = 2.0 * u
    # 77: for _ in range(sweeps):
    f_bar = np.zeros_like(f)
    for _ in range(sweeps):
        # 78: for i in range(1, n - 1):
        for i in reversed(range(1, n_minus_1)):
            # 79: for j in range(1, n - 1):
            i_plus_1 = i + 1
            i_minus_1 = i - 1
            for j in reversed(range(1, n_minus_1)):
                # 80: u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h2 * f[i, j])
                u_bar_item = u_bar[i, j]
                u_bar[i, j] = 0.0
                product = 0.25 * u_bar_item
                f_bar[i, j] -= product * h2
                u_bar[i, j + 1] += product
                u_bar[i, j - 1] += product
                u_bar[i_plus_1, j] += product
                u_bar[i_minus_1, j] += product
    return value, (u_bar, f_bar)
