# Workers inside the tenant's network: builds here reach the private cluster,
# and nothing outside the network.

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
}
