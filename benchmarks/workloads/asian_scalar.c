#include <math.h>
#include <stdlib.h>

double value_and_grad(double s0, double sigma, double r, double strike, double dt, const double *Z, long paths, long steps,
                      double *s0_bar, double *sigma_bar, double *r_bar) {
    const double noise = sigma * sqrt(dt), drift = (r - 0.5 * sigma * sigma) * dt;
    double *prices = malloc(steps * sizeof(double)), payoff = 0.0, drift_bar = 0.0, noise_bar = 0.0, first_bar = 0.0;
    for (long i = 0; i < paths; i++) {
        const double *z = Z + i * steps;
        double s = s0, total = 0.0;
        for (long k = 0; k < steps; k++) {
            s *= exp(drift + noise * z[k]);
            prices[k] = s;
            total += s;
        }
        if (total / steps > strike) {
            payoff += total / steps - strike;
            double exponent_bar = 0.0;
            for (long k = steps - 1; k >= 0; k--) {
                exponent_bar += prices[k];
                drift_bar += exponent_bar;
                noise_bar += exponent_bar * z[k];
            }
            first_bar += exponent_bar;
        }
    }
    free(prices);
    const double discount = exp(-r * dt * steps), value = discount * payoff / paths, share = discount / (paths * steps);
    *s0_bar = share * first_bar / s0;
    *sigma_bar = share * (noise_bar * sqrt(dt) - drift_bar * sigma * dt);
    *r_bar = share * drift_bar * dt - value * dt * steps;
    return value;
}
