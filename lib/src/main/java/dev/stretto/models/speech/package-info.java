/** Speech recognisers: log-mel frames in, tokens out. */
package dev.stretto.models.speech;
