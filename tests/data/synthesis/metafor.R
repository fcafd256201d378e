# What R's metafor says of the tables in this folder: Rscript metafor.R > metafor.json
suppressPackageStartupMessages({library(metafor); library(jsonlite)})

read <- function(file) read.csv(file)
summary_of <- function(x) list(
  estimate = as.numeric(x$beta), se = x$se, ci_low = x$ci.lb, ci_high = x$ci.ub, p = x$pval,
  tau2 = x$tau2, i2 = x$I2, h2 = x$H2, q = x$QE, q_p = x$QEp, k = x$k)

random <- function(table, measure, method, ...) {
  x <- rma(measure = measure, ai = table$events_treated, n1i = table$n_treated,
           ci = table$events_control, n2i = table$n_control, method = method,
           control = list(threshold = 1e-12, tol = 1e-12, maxiter = 10000), ...)
  out <- summary_of(x)
  if (method != "EE") {
    tau <- confint(x, control = list(tol = 1e-12))$random
    higgins <- qt(0.975, x$k - 2) * sqrt(x$tau2 + x$se^2)
    out <- c(out, list(tau2_ci_low = tau[1, 2], tau2_ci_high = tau[1, 3],
      prediction_low = as.numeric(x$beta) - higgins, prediction_high = as.numeric(x$beta) + higgins))
  }
  c(out, list(weights = as.numeric(weights(x))))
}
common <- function(f, table, ...) {
  x <- f(ai = table$events_treated, n1i = table$n_treated,
         ci = table$events_control, n2i = table$n_control, correct = FALSE, ...)
  c(summary_of(x), list(weights = as.numeric(weights(x))))
}
peto <- function(table) {
  x <- rma.peto(ai = table$events_treated, n1i = table$n_treated, ci = table$events_control, n2i = table$n_control)
  c(summary_of(x), list(weights = as.numeric(weights(x))))
}

out <- list(version = as.character(packageVersion("metafor")))
files <- c("bcg", "yusuf1985", "nielweise2007", "collins1985")
for (name in files) {
  table <- read(paste0(name, ".csv"))
  one <- list()
  for (measure in c("RR", "OR", "RD")) {
    ratio <- measure != "RD"
    for (method in c("EE", "DL", "PM", "REML")) {
      key <- paste(tolower(measure), tolower(method), sep = "-")
      one[[key]] <- random(table, measure, method, drop00 = ratio)
      if (method == "REML") {
        one[[paste0(key, "-knha")]] <- random(table, measure, method, drop00 = ratio, test = "knha")
        one[[paste0(key, "-adhoc")]] <- random(table, measure, method, drop00 = ratio, test = "adhoc")
      }
    }
    one[[paste0(tolower(measure), "-mh")]] <-
      common(function(...) rma.mh(measure = measure, drop00 = c(ratio, FALSE), ...), table)
  }
  one[["or-peto"]] <- peto(table)
  out[[name]] <- one
}

zero <- read("nielweise2007.csv")
out$zero_cells <- list()
for (to in c("only0", "all", "if0all", "none")) for (drop00 in c(TRUE, FALSE)) for (measure in c("RR", "OR", "RD")) {
  x <- escalc(measure = measure, ai = zero$events_treated, n1i = zero$n_treated, ci = zero$events_control,
              n2i = zero$n_control, add = 0.5, to = to, drop00 = drop00)
  yi <- as.numeric(x$yi); vi <- as.numeric(x$vi)
  known <- is.finite(yi) & is.finite(vi) & vi > 0
  out$zero_cells[[paste(tolower(measure), to, drop00, sep = "-")]] <-
    list(study = as.character(zero$study)[known], effects = yi[known], variances = vi[known])
}

bcg <- read("bcg.csv")
es <- escalc(measure = "RR", ai = events_treated, n1i = n_treated, ci = events_control, n2i = n_control, data = bcg)
loo <- leave1out(rma(yi, vi, data = es, method = "DL"))
out$leave_one_out <- list(estimate = loo$estimate, se = loo$se, tau2 = loo$tau2, q = loo$Q, i2 = loo$I2)
groups <- list()
parts <- lapply(sort(unique(bcg$allocation)), function(g) rma(yi, vi, data = es, method = "DL", subset = es$allocation == g))
between <- rma(sapply(parts, coef), sapply(parts, function(x) x$se^2), method = "EE")
out$subgroups <- list(name = sort(unique(bcg$allocation)), estimate = sapply(parts, coef), se = sapply(parts, function(x) x$se),
                      tau2 = sapply(parts, function(x) x$tau2), q_between = between$QE, q_between_p = between$QEp)
cat(toJSON(out, auto_unbox = TRUE, digits = 10, pretty = FALSE, na = "null"))
