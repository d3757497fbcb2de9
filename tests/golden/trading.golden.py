# trading_value_and_grad, specialised for prices: float64[:], threshold: float, stop_loss: float
def trading_value_and_grad(prices, threshold, stop_loss):
    average = prices[0]
    wealth = 1.0
    exit = 0
    saved_cond = []
    saved_wealth = []
    i = 0
    for i in range(1, len(prices)):
        saved_wealth.append(wealth)
        prices_i = prices[i]
        average = 0.8 * average + 0.2 * prices_i
        gain = prices_i / prices[i - 1] - 1.0
        if gain == 0.0:
            continue
        cond = prices_i < average * threshold
        saved_cond.append(cond)
        if cond:
            wealth *= 1.0 - gain
        else:
            wealth *= 1.0 + gain
        if wealth < stop_loss:
            exit = 1
            break
    if exit == 0:
        wealth *= 1.01
    # reverse sweep
    # 11: for i in range(1, len(prices)):
    wealth_bar = 1.01 if exit == 0 else 1.0
    prices_bar = np.zeros_like(prices)
    for i in range(i, 0, -1):
        price = prices[i - 1]
        ratio = prices[i] / price
        gain = ratio - 1.0
        wealth_i = saved_wealth.pop()
        # 14: if gain == 0.0:
        if gain == 0.0:
            continue
        # 16: if prices[i] < average * threshold:
        if saved_cond.pop():
            # 17: wealth *= 1.0 - gain
            gain_bar = -wealth_bar * wealth_i
            wealth_bar *= 1.0 - gain
        else:
            # 19: wealth *= 1.0 + gain
            gain_bar = wealth_bar * wealth_i
            wealth_bar *= 1.0 + gain
        # 13: gain = prices[i] / prices[i - 1] - 1.0
        ratio_2 = gain_bar / price
        prices_bar[i - 1] -= ratio_2 * ratio
        prices_bar[i] += ratio_2
    return wealth, (prices_bar,)
