"""An AWS API on the loopback interface: moto, made as strict as AWS where Landfall depends on it."""
