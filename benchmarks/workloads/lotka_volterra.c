#include <stdlib.h>

typedef struct { double x[4], y[4]; } Stages;

double value_and_grad(double alpha, double beta, double gamma, double delta, double x, double y, double dt, long n,
                      double *alpha_bar, double *beta_bar, double *gamma_bar, double *delta_bar) {
    const double half = 0.5 * dt, weight = dt / 6.0;
    const double step[4] = {half, half, dt, 0.0}, share[4] = {1.0, 2.0, 2.0, 1.0};
    Stages *saved = malloc(n * sizeof(Stages));
    for (long i = 0; i < n; i++) {
        double dx = 0.0, dy = 0.0, xs = x, ys = y;
        for (int s = 0; s < 4; s++) {
            saved[i].x[s] = xs;
            saved[i].y[s] = ys;
            double kx = alpha * xs - beta * xs * ys, ky = delta * xs * ys - gamma * ys;
            dx += share[s] * kx;
            dy += share[s] * ky;
            xs = x + step[s] * kx;
            ys = y + step[s] * ky;
        }
        x += weight * dx;
        y += weight * dy;
    }
    double xb = 2.0 * x, yb = 2.0 * y, ab = 0.0, bb = 0.0, gb = 0.0, db = 0.0;
    for (long i = n - 1; i >= 0; i--) {
        const double u = weight * xb, v = weight * yb;
        double a = 0.0, b = 0.0;
        for (int s = 3; s >= 0; s--) {
            const double xs = saved[i].x[s], ys = saved[i].y[s], p = share[s] * u + step[s] * a, q = share[s] * v + step[s] * b;
            ab += p * xs;
            bb -= p * xs * ys;
            gb -= q * ys;
            db += q * xs * ys;
            const double mixed = q * delta - p * beta;
            a = p * alpha + mixed * ys;
            b = mixed * xs - q * gamma;
            xb += a;
            yb += b;
        }
    }
    free(saved);
    *alpha_bar = ab; *beta_bar = bb; *gamma_bar = gb; *delta_bar = db;
    return x * x + y * y;
}
