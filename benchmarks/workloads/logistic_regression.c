#include <math.h>
#include <string.h>

double value_and_grad(const double *w, long m_w, double b, const double *X, long n, long m, const double *y, long n_y,
                      double *w_bar, double *b_bar) {
    double loss = 0.0, bb = 0.0;
    memset(w_bar, 0, m * sizeof(double));
    for (long i = 0; i < n; i++) {
        const double *x = X + i * m;
        double z = b;
        for (long j = 0; j < m; j++) z += x[j] * w[j];
        const double e = exp(-y[i] * z), z_bar = -y[i] * e / (1.0 + e) / n;
        loss += log1p(e);
        bb += z_bar;
        for (long j = 0; j < m; j++) w_bar[j] += x[j] * z_bar;
    }
    *b_bar = bb;
    return loss / n;
}
