#include <stdlib.h>
#include <string.h>

double value_and_grad(const double *u0, long n, double nu, double r, long steps, double *u0_bar, double *nu_bar) {
    size_t size = n * sizeof(double);
    double *states = malloc((steps + 1) * size), *b = malloc(size), *c = malloc(size), value = 0.0, nb = 0.0;
    memcpy(states, u0, size);
    for (long t = 0; t < steps; t++) {
        const double *old = states + t * n;
        double *u = states + (t + 1) * n;
        u[0] = old[0];
        u[n - 1] = old[n - 1];
        for (long i = 1; i < n - 1; i++)
            u[i] = old[i] - r * old[i] * (old[i] - old[i - 1]) + nu * (old[i + 1] - 2.0 * old[i] + old[i - 1]);
    }
    const double *u = states + steps * n;
    for (long i = 0; i < n; i++) {
        value += u[i] * u[i];
        b[i] = 2.0 * u[i];
    }
    for (long t = steps - 1; t >= 0; t--) {
        const double *old = states + t * n;
        c[0] = b[0];
        c[n - 1] = b[n - 1];
        for (long i = 1; i < n - 1; i++) {
            nb += b[i] * (old[i + 1] - 2.0 * old[i] + old[i - 1]);
            c[i] = b[i] * (1.0 - r * (2.0 * old[i] - old[i - 1]) - 2.0 * nu);
        }
        for (long i = 1; i < n - 1; i++) c[i + 1] += nu * b[i];
        for (long i = 1; i < n - 1; i++) c[i - 1] += b[i] * (nu + r * old[i]);
        double *other = b; b = c; c = other;
    }
    memcpy(u0_bar, b, size);
    *nu_bar = nb;
    free(states); free(b); free(c);
    return value;
}
