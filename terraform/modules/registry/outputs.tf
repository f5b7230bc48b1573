output "url" {
  description = "Prefix of image names, e.g. us-central1-docker.pkg.dev/acme-prod/acme."
  value       = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${google_artifact_registry_repository.images.project}/${google_artifact_registry_repository.images.name}"
  depends_on  = [google_artifact_registry_repository_iam_member.members]
}
