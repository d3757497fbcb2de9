#include <stdlib.h>
#include <string.h>

double value_and_grad(const double *u0, long n, long m, const double *f, long n_f, long m_f, long steps,
                      double *u0_bar, double *f_bar) {
    size_t size = n * m * sizeof(double);
    double *u = malloc(size), *v = malloc(size), value = 0.0;
    memcpy(u, u0, size);
    memcpy(v, u0, size);
    for (long t = 0; t < steps; t++) {
        for (long i = 1; i < n - 1; i++)
            for (long j = 1; j < m - 1; j++)
                v[i * m + j] = 0.25 * (u[(i - 1) * m + j] + u[(i + 1) * m + j] + u[i * m + j - 1] + u[i * m + j + 1] - f[i * m + j]);
        double *other = u; u = v; v = other;
    }
    memset(f_bar, 0, size);
    for (long i = 0; i < n * m; i++) {
        value += u[i] * u[i];
        u[i] *= 2.0;
    }
    /* each adjoint gathers the shares of the inner points around it */
    for (long t = 0; t < steps; t++) {
        for (long i = 0; i < n; i++) {
            const int inside = i > 0 && i < n - 1, above = i > 1, below = i < n - 2;
            for (long j = 0; j < m; j++) {
                const double *at = u + i * m + j;
                const int middle = j > 0 && j < m - 1;
                double sum = inside && middle ? 0.0 : *at;
                if (middle) sum += 0.25 * ((above ? at[-m] : 0.0) + (below ? at[m] : 0.0));
                if (inside) sum += 0.25 * ((j > 1 ? at[-1] : 0.0) + (j < m - 2 ? at[1] : 0.0));
                v[i * m + j] = sum;
                if (inside && middle) f_bar[i * m + j] -= 0.25 * *at;
            }
        }
        double *other = u; u = v; v = other;
    }
    memcpy(u0_bar, u, size);
    free(u); free(v);
    return value;
}
