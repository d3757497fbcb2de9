/* The mean loss of a linear model and its gradient; the file that includes this gives the loss of one sample and its slope. */
#include <string.h>

static inline double loss_and_slope(double p, double y, double *slope);

double value_and_grad(const double *w, long m_w, double b, const double *X, long n, long m, const double *y, long n_y,
                      double *w_bar, double *b_bar) {
    const double share = 1.0 / n;
    double loss = 0.0, bb = 0.0;
    memset(w_bar, 0, m * sizeof(double));
    for (long i = 0; i < n; i++) {
        const double *x = X + i * m;
        double p = b, slope;
        for (long j = 0; j < m; j++) p += x[j] * w[j];
        loss += loss_and_slope(p, y[i], &slope);
        const double p_bar = share * slope;
        bb += p_bar;
        for (long j = 0; j < m; j++) w_bar[j] += x[j] * p_bar;
    }
    *b_bar = bb;
    return loss / n;
}
