"""Two hosts on one machine: network namespaces joined by a switch, Debian's servers, a balancer for the gateways."""
