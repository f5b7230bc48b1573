# Two identities with the least they need: nodes write logs and metrics,
# deployments act on the cluster. Access to images is granted by the registry.

locals {
  _roles = {
    deploy = ["roles/container.developer", "roles/logging.logWriter"]
    nodes  = ["roles/logging.logWriter", "roles/monitoring.metricWriter"]
  }
  _members = merge([
    for account, roles in local._roles : {
      for role in roles : "${account}/${role}" => { account = account, role = role }
    }
  ]...)
}

resource "google_service_account" "accounts" {
  for_each = {
    deploy = "Deploys into ${var.name}'s cluster"
    nodes  = "Nodes of ${var.name}'s cluster"
  }

  account_id   = "${var.name}-${each.key}"
  display_name = each.value
}

resource "google_project_iam_member" "members" {
  for_each = local._members

  project = var.project
  role    = each.value.role
  member  = google_service_account.accounts[each.value.account].member
}
