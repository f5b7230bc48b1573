output "id" {
  description = "Full name of the pool: projects/P/locations/L/workerPools/N."
  value       = google_cloudbuild_worker_pool.pool.id
}
