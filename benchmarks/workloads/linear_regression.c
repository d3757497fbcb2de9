#include <stdlib.h>
#include <string.h>

double value_and_grad(const double *w, long m_w, double b, const double *X, long n, long m, const double *y, long n_y,
                      double *w_bar, double *b_bar) {
    double error = 0.0, bb = 0.0;
    memset(w_bar, 0, m * sizeof(double));
    for (long i = 0; i < n; i++) {
        const double *x = X + i * m;
        double p = b;
        for (long j = 0; j < m; j++) p += x[j] * w[j];
        const double r = p - y[i], p_bar = 2.0 / n * r;
        error += r * r;
        bb += p_bar;
        for (long j = 0; j < m; j++) w_bar[j] += x[j] * p_bar;
    }
    *b_bar = bb;
    return error / n;
}
