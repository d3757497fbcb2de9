#include <math.h>
#include <stdlib.h>

typedef struct { double sine, cosine, slope, quotient; } Iterate;

double value_and_grad(double e, double step, long n, double *e_bar, double *step_bar) {
    long capacity = 8 * n, used = 0;
    Iterate *saved = malloc(capacity * sizeof(Iterate));
    long *counts = malloc(n * sizeof(long));
    double *sines = malloc(n * sizeof(double)), total = 0.0;
    for (long k = 0; k < n; k++) {
        double m = step * k, x = m, sine = sin(x), f = x - e * sine - m;
        long begin = used;
        while (fabs(f) > 1e-12) {
            double cosine = cos(x), slope = 1.0 - e * cosine, quotient = f / slope;
            if (used == capacity) saved = realloc(saved, (capacity *= 2) * sizeof(Iterate));
            saved[used++] = (Iterate){sine, cosine, slope, quotient};
            x -= quotient;
            sine = sin(x);
            f = x - e * sine - m;
        }
        counts[k] = used - begin;
        sines[k] = sine;
        total += cos(x);
    }
    double share = 1.0 / n, eb = 0.0, sb = 0.0;
    for (long k = n - 1; k >= 0; k--) {
        double x_bar = -share * sines[k], m_bar = 0.0;
        for (long j = 0; j < counts[k]; j++) {
            Iterate it = saved[--used];
            double f_bar = -x_bar / it.slope, slope_bar = -f_bar * it.quotient;
            eb -= slope_bar * it.cosine + f_bar * it.sine;
            x_bar = slope_bar * e * it.sine;
            m_bar -= f_bar;
        }
        sb += k * (m_bar + x_bar);
    }
    free(saved); free(counts); free(sines);
    *e_bar = eb;
    *step_bar = sb;
    return total / n;
}
