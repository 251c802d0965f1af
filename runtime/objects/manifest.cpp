// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/manifest.h"
