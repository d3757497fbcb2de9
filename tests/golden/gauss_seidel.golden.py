# gauss_seidel_value_and_grad, specialised for u: float64[:, :], f: float64[:, :], h: float, sweeps: int
def gauss_seidel_value_and_grad(u, f, h, sweeps):
    u = np.copy(u)
    n, m = u.shape
    u_list = u.tolist()
    f_list = f[:n, :m].tolist()
    for _ in range(sweeps):
        for i in range(1, n - 1):
            u_i = u_list[i]
            for j in range(1, m - 1):
                u_i[j] = 0.25 * (u_list[i - 1][j] + u_list[i + 1][j] + u_i[j - 1] + u_i[j + 1] - h * h * f_list[i][j])
    u[...] = u_list
    value = np.sum(u * u)
    # reverse sweep
    # 14: return np.sum(u * u)
    u_bar = 2.0 * u
    # 10: for _ in range(sweeps):
    n_minus_1 = n - 1
    m_minus_1 = m - 1
    h_h = h * h
    f_bar = np.zeros_like(f)
    u_bar_list = u_bar.tolist()
    for _ in range(sweeps):
        # 11: for i in range(1, n - 1):
        for i in reversed(range(1, n_minus_1)):
            # 12: for j in range(1, m - 1):
            u_bar_i = u_bar_list[i]
            i_plus_1 = i + 1
            i_minus_1 = i - 1
            for j in reversed(range(1, m_minus_1)):
                # 13: u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h * h * f[i, j])
                u_bar_item = u_bar_i[j]
                u_bar_i[j] = 0.0
                product = 0.25 * u_bar_item
                f_bar[i, j] -= product * h_h
                u_bar_i[j + 1] += product
                u_bar_i[j - 1] += product
                u_bar_list[i_plus_1][j] += product
                u_bar_list[i_minus_1][j] += product
    u_bar[...] = u_bar_list
    return value, (u_bar, f_bar)
