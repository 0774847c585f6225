"""Multinomial logistic regression on sparse rows, by mini-batches with AdaGrad (Duchi et al. 2011)."""
