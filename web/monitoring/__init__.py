"""For the machines that watch this one.

``health``   liveness and readiness
``metrics``  metrics for Prometheus
"""
