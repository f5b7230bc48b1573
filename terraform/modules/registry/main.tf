# The tenant's images. Who may read and write them is said here and nowhere else.

resource "google_artifact_registry_repository" "images" {
  repository_id = var.name
  location      = var.location
  format        = "DOCKER"
  description   = "Images of ${var.name}"
}

resource "google_artifact_registry_repository_iam_member" "members" {
  for_each = var.iam

  repository = google_artifact_registry_repository.images.name
  location   = google_artifact_registry_repository.images.location
  role       = each.value.role
  member     = each.value.member
}
