// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/plan_cache.h"
