"""For the machines that watch this one, and for auditors.

``checkpoint``  the record's signed checkpoint
``health``   liveness and readiness
``metrics``  metrics for Prometheus
"""
