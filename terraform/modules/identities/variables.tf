variable "name" {
  description = "Prefix of the accounts' names."
  type        = string
  nullable    = false
}

variable "project" {
  description = "Project in which the accounts get their roles."
  type        = string
  nullable    = false
}
