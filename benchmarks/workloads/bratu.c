#include <math.h>
#include <stdlib.h>
#include <string.h>

double value_and_grad(const double *u0, long n, double strength, long sweeps, double *u_bar, double *strength_bar) {
    double *u = malloc(n * sizeof(double)), *saved = malloc(sweeps * n * sizeof(double)), *top = saved, value = 0.0, sb = 0.0;
    memcpy(u, u0, n * sizeof(double));
    for (long t = 0; t < sweeps; t++)
        for (long i = 1; i < n - 1; i++) {
            double e = exp(u[i]);
            *top++ = e;
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + strength * e);
        }
    for (long i = 0; i < n; i++) {
        value += u[i] * u[i];
        u_bar[i] = 2.0 * u[i];
    }
    for (long t = 0; t < sweeps; t++)
        for (long i = n - 2; i > 0; i--) {
            double share = 0.5 * u_bar[i], grown = share * *--top;
            u_bar[i - 1] += share;
            u_bar[i + 1] += share;
            sb += grown;
            u_bar[i] = grown * strength;
        }
    free(u); free(saved);
    *strength_bar = sb;
    return value;
}
