/**
 * One training loop for all models. Read {@link dev.stretto.training.Training}, then {@link
 * dev.stretto.training.LossStep} (what a model is trained for) and {@link
 * dev.stretto.training.BatchSource} (on what); {@link dev.stretto.training.LanguageTraining} is the
 * shortest example.
 */
package dev.stretto.training;
