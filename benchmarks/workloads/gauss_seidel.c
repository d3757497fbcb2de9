#include <stdlib.h>
#include <string.h>

double value_and_grad(const double *u0, long n, long m, const double *f, long n_f, long m_f, long sweeps,
                      double *u_bar, double *f_bar) {
    size_t size = n * m * sizeof(double);
    double *u = malloc(size), value = 0.0;
    memcpy(u, u0, size);
    for (long t = 0; t < sweeps; t++)
        for (long i = 1; i < n - 1; i++)
            for (long j = 1; j < m - 1; j++)
                u[i * m + j] = 0.25 * (u[(i - 1) * m + j] + u[(i + 1) * m + j] + u[i * m + j - 1] + u[i * m + j + 1] - f[i * m + j]);
    memset(f_bar, 0, size);
    for (long i = 0; i < n * m; i++) {
        value += u[i] * u[i];
        u_bar[i] = 2.0 * u[i];
    }
    for (long t = 0; t < sweeps; t++)
        for (long i = n - 2; i > 0; i--)
            for (long j = m - 2; j > 0; j--) {
                double *at = u_bar + i * m + j, share = 0.25 * *at;
                *at = 0.0;
                at[-m] += share;
                at[m] += share;
                at[-1] += share;
                at[1] += share;
                f_bar[i * m + j] -= share;
            }
    free(u);
    return value;
}
