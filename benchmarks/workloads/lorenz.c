#include <stdlib.h>
#include <string.h>

typedef struct { double s[4][3]; } Stages;

double value_and_grad(const double *s0, long three, double sigma, double rho, double beta, double dt, long n,
                      double *s_bar, double *sigma_bar, double *rho_bar, double *beta_bar) {
    const double step[4] = {0.5 * dt, 0.5 * dt, dt, 0.0}, share[4] = {1.0, 2.0, 2.0, 1.0}, weight = dt / 6.0;
    Stages *saved = malloc(n * sizeof(Stages));
    double s[3] = {s0[0], s0[1], s0[2]};
    for (long i = 0; i < n; i++) {
        double t[3] = {s[0], s[1], s[2]}, sum[3] = {0.0, 0.0, 0.0};
        for (int k = 0; k < 4; k++) {
            memcpy(saved[i].s[k], t, sizeof t);
            const double x = t[0], y = t[1], z = t[2], d[3] = {sigma * (y - x), x * (rho - z) - y, x * y - beta * z};
            for (int j = 0; j < 3; j++) {
                sum[j] += share[k] * d[j];
                t[j] = s[j] + step[k] * d[j];
            }
        }
        for (int j = 0; j < 3; j++) s[j] += weight * sum[j];
    }
    double b[3] = {2.0 * s[0], 2.0 * s[1], 2.0 * s[2]}, sb = 0.0, rb = 0.0, bb = 0.0;
    for (long i = n - 1; i >= 0; i--) {
        const double k_bar[3] = {weight * b[0], weight * b[1], weight * b[2]};
        double t[3] = {0.0, 0.0, 0.0};
        for (int k = 3; k >= 0; k--) {
            const double *at = saved[i].s[k], x = at[0], y = at[1], z = at[2];
            const double u = share[k] * k_bar[0] + step[k] * t[0], v = share[k] * k_bar[1] + step[k] * t[1],
                         w = share[k] * k_bar[2] + step[k] * t[2];
            t[0] = v * (rho - z) + w * y - sigma * u;
            t[1] = sigma * u - v + w * x;
            t[2] = -v * x - beta * w;
            sb += u * (y - x);
            rb += v * x;
            bb -= w * z;
            for (int j = 0; j < 3; j++) b[j] += t[j];
        }
    }
    free(saved);
    memcpy(s_bar, b, sizeof b);
    *sigma_bar = sb; *rho_bar = rb; *beta_bar = bb;
    return s[0] * s[0] + s[1] * s[1] + s[2] * s[2];
}
