#include <math.h>
#include <stdlib.h>

double value_and_grad(double x, double k, long n, double *x_bar, double *k_bar) {
    double *states = malloc(n * sizeof(double)), s = x;
    for (long i = 0; i < n; i++) {
        states[i] = s;
        s = s > 1.0 ? s - k * sin(s) : s + k * exp(-s) * x;
    }
    double s_bar = 1.0, xb = 0.0, kb = 0.0;
    for (long i = n - 1; i >= 0; i--) {
        double s_k = states[i];
        if (s_k > 1.0) {
            kb -= s_bar * sin(s_k);
            s_bar -= s_bar * k * cos(s_k);
        } else {
            double e = s_bar * exp(-s_k);
            kb += e * x;
            xb += k * e;
            s_bar -= k * e * x;
        }
    }
    free(states);
    *x_bar = xb + s_bar;
    *k_bar = kb;
    return s;
}
