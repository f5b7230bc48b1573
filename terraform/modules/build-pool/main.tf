# Workers inside the tenant's network: builds here reach the private cluster,
# and nothing outside the network.

# The workers run in a network of Google's that is peered with the tenant's.
# They take their addresses from a range that the tenant's network leaves free.
resource "google_compute_global_address" "pools" {
  name          = "${var.name}-pools"
  network       = var.network
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = var.range_prefix_length
}

resource "google_service_networking_connection" "services" {
  network                 = var.network
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.pools.name]
}

resource "google_cloudbuild_worker_pool" "pool" {
  name     = "${var.name}-pool"
  location = var.location

  worker_config {
    machine_type   = var.worker.machine_type
    disk_size_gb   = var.worker.disk_size_gb
    no_external_ip = true
  }

  network_config {
    peered_network = var.network
  }

  # Nothing in the pool names the connection, yet it can be neither made
  # before it nor left when it goes.
  depends_on = [google_service_networking_connection.services]
}
