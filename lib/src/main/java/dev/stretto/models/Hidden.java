package dev.stretto.models;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * What a pass gives.
 *
 * @param lastBND output of the last layer that ran, after the final norm where that is the top
 *     layer: (rows, positions, width)
 * @param tapsBND the residual stream behind the layers asked for, by number of layers passed (0 is
 *     the input of the first layer)
 */
public record Hidden(NDArray lastBND, Map<Integer, NDArray> tapsBND) {}
