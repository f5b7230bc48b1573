# Both wait for the roles: an identity without them fails where it is first used.

output "deploy" {
  description = "The deployment identity."
  value = {
    email  = google_service_account.accounts["deploy"].email
    member = google_service_account.accounts["deploy"].member
  }
  depends_on = [google_project_iam_member.members]
}

output "nodes" {
  description = "The nodes' identity."
  value = {
    email  = google_service_account.accounts["nodes"].email
    member = google_service_account.accounts["nodes"].member
  }
  depends_on = [google_project_iam_member.members]
}
