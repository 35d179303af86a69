"""The script's side of azureml-inference-server-http, where it is not installed."""
