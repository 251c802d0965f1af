// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/object_store.h"
