# Both wait for NAT: a cluster that starts earlier cannot pull its images. The
# network waits for its subnet too: a range that Google picks in it must not
# take the subnet's.

output "network" {
  description = "Id of the VPC."
  value       = google_compute_network.vpc.id
  depends_on  = [google_compute_router_nat.nat, google_compute_subnetwork.nodes]
}

output "subnetwork" {
  description = "Id of the nodes' subnet."
  value       = google_compute_subnetwork.nodes.id
  depends_on  = [google_compute_router_nat.nat]
}
