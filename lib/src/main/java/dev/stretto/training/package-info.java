/** One training loop, losses, schedules and checkpoints. */
package dev.stretto.training;
